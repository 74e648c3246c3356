import { lazy, type ReactNode, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Redirect, Route, Switch } from "wouter";
import { NotFound } from "./not-found.tsx";
import { PageBoundary } from "./page-boundary.tsx";
import { Shell } from "./shell.tsx";

// One chunk a page.
const TourPage = lazy(async () => ({ default: (await import("../tour/page.tsx")).TourPage }));

export function Routes(): ReactNode {
  return (
    <Shell>
      <PageBoundary>
        <Suspense fallback={<Loading />}>
          <Switch>
            <Route path="/">
              <Redirect to="/tour" replace />
            </Route>
            <Route path="/tour/:step?">{({ step }) => <TourPage step={step} />}</Route>
            <Route>
              <NotFound />
            </Route>
          </Switch>
        </Suspense>
      </PageBoundary>
    </Shell>
  );
}

function Loading(): ReactNode {
  const { t } = useTranslation("shell");
  return (
    <p className="page quiet" role="status">
      {t("loading")}
    </p>
  );
}
