/** The icon of our pages: four marks of a square code on our accent. The portal has the same file. */
export const PAGE_ICON: string =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#0b57d0"/>' +
  '<path d="M4 4h3v3H4zM9 4h3v3H9zM4 9h3v3H4zM9 9h1.5v1.5H9zM10.5 10.5H12V12h-1.5z" fill="#fff"/></svg>\n';

export const PAGE_ICON_PATH = "/favicon.svg";
