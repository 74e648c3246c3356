import { theme as antTheme, type ThemeConfig } from "antd";

/**
 * Ant Design's tokens, read from styles/tokens.css as the document is dressed now, so that every colour is named once.
 *
 * @param bigTargets controls of 44 px, for fingers
 */
export function antdTheme(bigTargets: boolean): ThemeConfig {
  const dark = document.documentElement.dataset.theme === "dark";
  const styles = getComputedStyle(document.documentElement);
  const token = (name: string): string => styles.getPropertyValue(`--${name}`).trim();
  return {
    hashed: false,
    algorithm: dark ? antTheme.darkAlgorithm : antTheme.defaultAlgorithm,
    token: {
      fontFamily: token("font"),
      fontFamilyCode: token("font-mono"),
      fontSize: 16,
      fontWeightStrong: 600,
      lineHeight: Number(token("line")),
      borderRadius: 6,
      controlHeight: bigTargets ? 44 : 40,
      colorPrimary: token("accent"),
      colorPrimaryHover: token("accent-hover"),
      colorPrimaryActive: token("accent-hover"),
      colorLink: token("accent"),
      colorInfo: token("accent"),
      colorBgBase: token("ground"),
      colorBgContainer: token("ground"),
      colorBgElevated: token("ground"),
      colorTextBase: token("text"),
      colorTextDescription: token("text-quiet"),
      colorTextPlaceholder: token("text-quiet"),
      colorBorder: token("border-control"),
      colorBorderSecondary: token("border"),
      colorSplit: token("border"),
      colorSuccess: token("state-active"),
      colorWarning: token("state-attention"),
      colorError: token("state-stop"),
      boxShadow: "none",
      boxShadowSecondary: "none",
      boxShadowTertiary: "none",
      opacityLoading: 1,
      motion: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    },
    components: {
      Button: {
        primaryColor: token("on-accent"),
        primaryShadow: "none",
        defaultShadow: "none",
        dangerShadow: "none",
        contentFontSize: 16,
      },
    },
  };
}
