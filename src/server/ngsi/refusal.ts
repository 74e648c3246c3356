/** What NGSI-LD refuses beside what HTTP does; `path` says where in the body. */
export type NgsiRefusal =
  | { readonly code: "NGSI_DATA"; readonly path: string; readonly want: string }
  | { readonly code: "NGSI_QUERY_BROAD" }
  | { readonly code: "NGSI_UNKNOWN"; readonly id: string; readonly attribute?: string }
  | {
      readonly code: "NGSI_PARAMETER";
      readonly name: string;
      readonly got: string;
      readonly want: string;
    }
  | { readonly code: "NGSI_ACCEPT"; readonly got: string; readonly want: string }
  | { readonly code: "NGSI_EXISTS"; readonly id: string }
  | { readonly code: "NGSI_TENANT"; readonly tenant: string }
  | { readonly code: "NGSI_ENDPOINT"; readonly uri: string; readonly why: string }
  | { readonly code: "NGSI_UNSUPPORTED"; readonly what: string }
  | { readonly code: "NGSI_CONTEXT_FORM"; readonly got: string }
  | { readonly code: "NGSI_CONTEXT_LOST"; readonly url: string };
