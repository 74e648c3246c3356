export { bucketName, isLoopback, plainAddress } from "./address.ts";
export { type Admission, createAdmission, isOwnProgram } from "./admission.ts";
export { familyOf, isNetwork, networksOf } from "./networks.ts";
export { type BucketSize, type Buckets, createBuckets } from "./token-bucket.ts";
