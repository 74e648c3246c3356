import { StyleProvider } from "@ant-design/cssinjs";
import { ConfigProvider } from "antd";
import { type ReactNode, useLayoutEffect, useState } from "react";
import { loadedLanguage } from "../i18n/index.ts";
import { dressDocument, SYSTEM_DARK } from "./document.ts";
import { useMedia } from "./media.ts";
import { language, themeChoice, usePreference } from "./preferences.ts";
import { antdTheme } from "./theme.ts";

/** Language and theme for everything below. */
export function App({ children }: { readonly children: ReactNode }): ReactNode {
  const lang = usePreference(language);
  return (
    <StyleProvider layer>
      <ConfigProvider
        theme={useAntdTheme()}
        locale={loadedLanguage(lang).antd}
        wave={{ disabled: true }}
        button={{ autoInsertSpace: false }}
      >
        {children}
      </ConfigProvider>
    </StyleProvider>
  );
}

/** Ant Design's theme for how the document is dressed; computed after it is, since it reads the document's styles. */
function useAntdTheme(): ReturnType<typeof antdTheme> {
  const lang = usePreference(language);
  const choice = usePreference(themeChoice);
  const systemDark = useMedia(SYSTEM_DARK);
  const bigTargets = useMedia("(max-width: 640px), (pointer: coarse)");
  const [theme, setTheme] = useState(() => antdTheme(bigTargets));
  // dressDocument reads the preferences that the dependencies stand for.
  useLayoutEffect(() => {
    dressDocument();
    setTheme(antdTheme(bigTargets));
  }, [lang, choice, systemDark, bigTargets]);
  return theme;
}
