// The numbers of the grammar in code.ts. A code of 60 characters and its resolver URL fit a QR symbol of version 10-M.

export const CODE_CHARACTERS_MAX = 60;
/** "MA", country, division, six departments. */
export const ROOT_NODES_MAX = 9;
export const CLASS_NODES_MAX = 3;
export const ITEM_NODES_MAX = 8;
export const DIVISION_CHARACTERS_MAX = 9;
export const DEPARTMENT_CHARACTERS_MAX = 8;
export const NODE_CHARACTERS_MAX = 30;
