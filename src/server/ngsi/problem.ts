import { problemOf } from "../problem/index.ts";
import { type AnyRefusal, PROBLEM_ROWS, retryAfter } from "../problem/problem.ts";

const ERRORS = "https://uri.etsi.org/ngsi-ld/errors/";

/** The types of GS CIM 009 §5.5.2 for what has one of its own; the others go by their status. */
const TYPES: { readonly [code: string]: string } = {
  HTTP_BODY: "InvalidRequest",
  HTTP_TYPE: "InvalidRequest",
  HTTP_PARAMETER: "BadRequestData",
  NGSI_PARAMETER: "InvalidRequest",
  NGSI_TENANT: "NonexistentTenant",
  NGSI_CONTEXT_LOST: "LdContextNotAvailable",
};

const BY_STATUS: { readonly [status: number]: string } = {
  400: "BadRequestData",
  404: "ResourceNotFound",
  409: "AlreadyExists",
  413: "TooManyResults",
  415: "InvalidRequest",
  422: "OperationNotSupported",
};

/** A refusal as NGSI-LD tells it: its own types, with our code and facts beside. */
export function ngsiProblem(refusal: AnyRefusal, publicUrl: string): object {
  const { type, detail, ...rest } = { detail: "", ...problemOf(refusal, publicUrl) };
  const { status } = PROBLEM_ROWS[refusal.code];
  const name = TYPES[refusal.code] ?? BY_STATUS[status];
  return {
    ...rest,
    type: name === undefined ? type : ERRORS + name,
    detail: detail || rest.remedy,
  };
}

export function answerNgsiProblem(refusal: AnyRefusal, publicUrl: string): Response {
  const { status } = PROBLEM_ROWS[refusal.code];
  const wait = retryAfter(refusal);
  return new Response(JSON.stringify(ngsiProblem(refusal, publicUrl)), {
    status,
    headers: {
      "Content-Type": "application/problem+json",
      "Cache-Control": "no-store",
      ...(wait !== undefined && { "Retry-After": String(wait) }),
      ...(status === 401 && { "WWW-Authenticate": "Bearer" }),
    },
  });
}
