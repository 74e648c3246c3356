export { bucketName, isLoopback, plainAddress } from "./address.ts";
export { type Admission, createAdmission } from "./admission.ts";
export { type Clients, createClients, isOwnProgram } from "./clients.ts";
export { familyOf, isNetwork, networksOf } from "./networks.ts";
export { Shares } from "./shares.ts";
export { type BucketSize, type Buckets, createBuckets } from "./token-bucket.ts";
