export { createFollower, type Follower } from "./follow.ts";
