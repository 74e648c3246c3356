export { type Admission, createAdmission } from "./admission.ts";
export { type BucketSize, type Buckets, createBuckets } from "./token-bucket.ts";
