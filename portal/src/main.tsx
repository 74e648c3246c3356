import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/shell.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/app.tsx";
import { dressDocument } from "./app/document.ts";
import { Routes } from "./app/routes.tsx";
import { startLanguages } from "./i18n/index.ts";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");

dressDocument();
await startLanguages();
createRoot(root).render(
  <StrictMode>
    <App>
      <Routes />
    </App>
  </StrictMode>,
);
