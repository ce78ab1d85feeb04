"""The hello card in HealthChain, as its own documentation writes a CDS service.

Runs in an environment of its own: HealthChain pins another fhir.resources than ours.
"""

from healthchain.gateway import CDSHooksService, HealthChainAPI
from healthchain.models import CDSRequest, CDSResponse

from bench.peers.card import hello

service = CDSHooksService()


@service.hook("encounter-discharge", id="visit-check")
def visit_check(request: CDSRequest) -> CDSResponse:
    """Answer with the hello card."""
    return CDSResponse(**hello({"prefetch": request.prefetch}))


app = HealthChainAPI()
app.register_service(service)
