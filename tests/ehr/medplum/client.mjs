// A CDS client that is not ours: discovery, our prefetch templates resolved against a FHIR server,
// the call, and the accepted suggestion written back. Prints what happened as one line of JSON.
// node client.mjs FHIR SERVICE TOKEN CONTEXT
globalThis.WebSocket ??= class {}; // for Node before 22
const { MedplumClient, buildCdsRequest } = await import('@medplum/core');

const [fhir, service, token, said] = process.argv.slice(2);
const context = JSON.parse(said);
const medplum = new MedplumClient({
  baseUrl: fhir.replace(/fhir$/, ''),
  fhirUrlPath: 'fhir',
  cdsServicesUrl: `${service}/cds-services`,
  defaultHeaders: { Authorization: `Bearer ${token}` },
  fetch: globalThis.fetch,
  cacheTime: 0,
});

const { services } = await medplum.getCdsServices();
const check = services.find(({ id }) => id === 'visit-check');

async function ask() {
  const request = await buildCdsRequest(medplum, { reference: context.userId }, check, context);
  const { cards } = await medplum.callCdsService(check.id, request);
  return { keys: Object.keys(request.prefetch ?? {}), cards };
}

const first = await ask();
const suggestions = first.cards.flatMap((card) => card.suggestions ?? []);
const actions = suggestions.find((suggestion) => suggestion.isRecommended)?.actions ?? [];
for (const { type, resource, resourceId } of actions) {
  if (type === 'create') {
    await medplum.createResource(resource);
  } else if (type === 'update') {
    await medplum.updateResource(resource);
  } else {
    await medplum.deleteResource(...resourceId.split('/'));
  }
}
const again = await ask();
console.log(JSON.stringify({ services, keys: first.keys, cards: first.cards, again: again.cards }));
