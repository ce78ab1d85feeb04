"""Where a code stands on a day: whether it may be billed, and what became of it."""

from collections.abc import Iterator

from plugin.reference.library import Library
from plugin.reference.statements import Said, kept, listed, said
from rules.coverage import unpaid
from rules.policy import Code, Policy
from rules.recoding import instead

FIRST_KNOWN = "1997-01-01"


def standing(code: Code, library: Library, policy: Policy) -> Said:
    """Say whether a code is in the code set of the policy's day."""
    cite = library.edition("code_in_force.edition")
    if policy.day < code.effective:
        return said(f"{code.code} may not be billed before {code.effective}", cite, inForce=False)
    if code.ending and policy.day > code.ending:
        since = f"; since then {listed([*code.successors], 'or')}" if code.successors else ""
        return said(f"{code.code} ended on {code.ending}{since}", cite, inForce=False)
    if policy.find("code_in_force.edition") is None:
        says = f"whether {code.code} is valid could not be checked: no table of codes covers"
        return said(f"{says} {policy.day}", cite, checked=False)
    return said(f"the code set of {policy.day} holds {code.code}", cite, inForce=True)


def refused(code: Code, policy: Policy) -> Iterator[Said]:
    """Say why the payer never pays a code, and which one it takes in its place."""
    why = unpaid(code, (), policy)
    if why:
        says = f"{code.code} {policy.get('covered_code.not_paid', dict)[why]}"
        yield said(says, policy.cite("covered_code.not_paid"))
    if code.code in instead("payer_code", policy):
        new = policy.get("payer_code.instead", dict)[code.code]
        yield said(
            f"the same service is billed as {new}", policy.cite("payer_code.instead"), code=new
        )
    if policy.applies("covered_code"):
        only = policy.get("covered_code.only_for", dict)
        if code.code in only:
            says = f"{code.code} is covered {only[code.code]}"
            yield said(says, policy.cite("covered_code.only_for"))


def history(code: Code, library: Library) -> Said:
    """Tell from when to when a code is valid, what it replaced and what replaces it."""
    codes = library.book.tables.codes.values()
    before = [x.code for x in codes if code.code in x.successors]
    first = f"since {code.effective}" if code.effective else f"since before {FIRST_KNOWN}"
    span = f"was valid {first}, until {code.ending}" if code.ending else f"is valid {first}"
    came = f"; it replaced {listed(before)}" if before else ""
    went = f"; replaced by {listed([*code.successors], 'or')}" if code.successors else ""
    return said(
        f"{code.code} {span}{came}{went}",
        library.edition("code_in_force.edition"),
        **kept(
            effective=code.effective,
            ending=code.ending,
            predecessors=before,
            successors=[*code.successors],
            edition=library.provenance["codes"],
        ),
    )
