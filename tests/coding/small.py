"""A small lexicon, so that each way of deciding is seen alone."""

from rules.coding.entries import Meaning, Mode, Strength, Technique, Vocabulary, When
from rules.coding.lexicon import Lexicon


def technique(
    name: str, code: str, *says: str, strength: Strength = "technique", when: tuple[When, ...] = ()
) -> Technique:
    meaning = Meaning(codes=(code,))
    return Technique(id=name, says=says, meaning=meaning, strength=strength, when=when)


EXERCISE = technique("exercise", "97110", "therapeutic exercise", strength="heading")
GAIT = technique("gait", "97116", "gait training", strength="heading")
MOBILIZATION = technique("mobilization", "97140", "joint mobilization")
BALANCE = technique("balance", "97112", "tandem stance")
SQUATS = technique("squats", "97110", "squat", strength="activity")
BIKE = technique("bike", "97110", "bike", strength="activity")
WALKING = Technique(
    id="walking",
    says=("treadmill",),
    strength="activity",
    meaning=Meaning(candidates=("97110", "97116"), decides="for stamina, or for gait?"),
    when=(When(cues=frozenset({"stamina"}), meaning=Meaning(codes=("97110",), also=("97116",))),),
)
STIMULATION = Technique(
    id="stimulation",
    says=("estim",),
    meaning=Meaning(candidates=("97032", "G0283"), decides="was it attended?"),
    when=(
        When(
            cues=frozenset({"attended"}),
            without=frozenset({"alone"}),
            meaning=Meaning(codes=("97032",)),
        ),
        When(
            cues=frozenset({"wound"}),
            more_cues=frozenset({"stalled"}),
            meaning=Meaning(codes=("G0281",)),
        ),
        When(disciplines=frozenset({"SLP"}), meaning=Meaning(codes=("92526",))),
    ),
)
NEEDLING = Technique(
    id="needling",
    says=("dry needling",),
    meaning=Meaning(candidates=("20560", "20561"), decides="how many muscles?"),
    when=(
        When(measure="muscles", at_most=2, meaning=Meaning(codes=("20560",))),
        When(measure="muscles", at_least=3, meaning=Meaning(codes=("20561",))),
    ),
)
ADJUSTMENT = Technique(
    id="adjustment",
    says=("adjust",),
    meaning=Meaning(candidates=("98940", "98941"), decides="which regions?"),
    when=(
        When(measure="spinal_regions", at_most=2, meaning=Meaning(codes=("98940",))),
        When(measure="spinal_regions", at_least=3, meaning=Meaning(codes=("98941",))),
    ),
)
UNATTENDED = technique("unattended", "97014", "ifc")
NUMBER = technique("number", "97032", "97032", strength="heading")
CUPPING = technique("cupping", "97140", "cupping")
MASSAGE = technique("massage", "97124", "massage")
EDUCATION = Technique(
    id="education",
    says=("education",),
    strength="general",
    meaning=Meaning(decides="about what?"),
)
NOTE = Technique(
    id="note", says=("documentation",), meaning=Meaning(unbilled="writing is not billed")
)
ALL = (
    *(EXERCISE, GAIT, MOBILIZATION, BALANCE, SQUATS, BIKE, WALKING, STIMULATION, NEEDLING),
    *(ADJUSTMENT, UNATTENDED, CUPPING, MASSAGE, NUMBER, EDUCATION, NOTE),
)
VOCABULARY = Vocabulary(
    written={
        "therapeutic exercise": ("te", "ther ex"),
        "joint": ("jt",),
        "mobilization": ("mob",),
        "minute": ("min", "'"),
        "with": ("w/",),
        ";": ("then",),
        ",": ("but",),
    },
    dropped=frozenset({"the", "of"}),
    whole=frozenset({"cupping", "skipped"}),
    plain=frozenset({"unstable", "right"}),
    cues={
        "attended": ("attended",),
        "alone": ("alone",),
        "wound": ("ulcer",),
        "stalled": ("stalled",),
        "stamina": ("endurance",),
        "total": ("total",),
        "intended": ("plan",),
        "water": ("pool",),
        "neck": ("cervical",),
        "chest": ("thoracic",),
        "back": ("lumbar",),
    },
    counted={"spinal_regions": frozenset({"neck", "chest", "back"})},
    measures={"muscles": ("muscle",), "minutes": ("minute",)},
    refusals={
        "before": ("no", "without"),
        "near": ("declined", "held"),
        "yet": ("next visit",),
        "unskilled": ("by aide",),
        "reason": ("due", "before"),
        "none": ("no pain",),
    },
    modes=(Mode(cue="water", instead_of=frozenset({"97110", "97116"}), code="97113"),),
    includes={"97140": frozenset({"97124"})},
    timed=frozenset({"97110", "97112", "97113", "97116", "97140"}),
    active=frozenset({"97110", "97112", "97113", "97116"}),
)


def small() -> Lexicon:
    return Lexicon(VOCABULARY, ALL)
