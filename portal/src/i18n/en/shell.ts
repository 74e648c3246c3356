/** The frame around every page. */
export const shell = {
  name: "cityid",
  subtitle: "Identity ledger for cities",
  skip: "Skip to the content",
  language: "Language",
  theme: { label: "Appearance", system: "System", light: "Light", dark: "Dark" },
  api: "API reference",
  demo: {
    title: "Demonstration.",
    text: "The codes here are not official, and the private keys lie on the disk of this computer:",
  },
  notFound: {
    title: "There is no such page",
    text: "The address {{path}} is neither a page of this portal nor a code. Codes begin with MA, for example MA.156.1301.",
    tour: "Go to the tour",
  },
  failed: {
    title: "This page cannot be shown",
    text: "A part of it could not be loaded. The node may be away; nothing you did is lost in the ledger.",
    retry: "Load again",
  },
  loading: "Loading",
};
