/** How much a bucket holds and how fast it fills again. */
export type BucketSize = { readonly burst: number; readonly perSecond: number };

export type Buckets = {
  /**
   * Takes `cost` from the bucket of `name`; 0 when it was there, else the seconds until it will be. A cost above the
   * burst is taken from a full bucket, which is then in debt: large requests pass, but no faster than the rate.
   */
  take(name: string, cost: number, nowMilliseconds: number): number;
  /** Takes without asking, into debt if need be. */
  charge(name: string, cost: number, nowMilliseconds: number): void;
  readonly size: number;
};

type Bucket = { tokens: number; at: number };

/** Token buckets by name; the one unused for longest is forgotten when there are more than `max`. */
export function createBuckets({ burst, perSecond }: BucketSize, max = 100_000): Buckets {
  const buckets = new Map<string, Bucket>();
  const refilled = (name: string, now: number): Bucket => {
    const bucket = buckets.get(name) ?? { tokens: burst, at: now };
    // A clock that went back fills nothing.
    const elapsed = Math.max(0, now - bucket.at) / 1000;
    bucket.tokens = Math.min(burst, bucket.tokens + elapsed * perSecond);
    bucket.at = now;
    buckets.delete(name);
    buckets.set(name, bucket);
    if (buckets.size > max) forgetOldest(buckets);
    return bucket;
  };
  return {
    take(name, cost, now) {
      const bucket = refilled(name, now);
      const missing = Math.min(cost, burst) - bucket.tokens;
      if (missing > 0) return Math.ceil(missing / perSecond);
      bucket.tokens -= cost;
      return 0;
    },
    charge(name, cost, now) {
      refilled(name, now).tokens -= cost;
    },
    get size() {
      return buckets.size;
    },
  };
}

function forgetOldest(buckets: Map<string, Bucket>): void {
  for (const name of buckets.keys()) {
    buckets.delete(name);
    return;
  }
}
