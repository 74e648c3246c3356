/** Form of the name of a fact; at most `MAX_FACT_NAME_BYTES` long. */
export const FACT_NAME: RegExp = /^[A-Za-z@][A-Za-z0-9_:./#@%~+-]*$/;
