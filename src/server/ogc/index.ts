export { datasetCollectionId } from "./dataset-collection.ts";
export { mountOgc } from "./routes.ts";
