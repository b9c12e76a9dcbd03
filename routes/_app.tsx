import type { PageProps } from "fresh";
import type { State } from "../lib/web/define.ts";
import { NAV } from "../lib/web/nav.ts";
import { ThemeToggle } from "./(_components)/ThemeToggle.tsx";

/** The shell of every page. */
export default function App(props: PageProps<unknown, State>) {
  const { Component, error, state, url } = props;
  const title = error !== null && error !== undefined
    ? "Error · Fresh Mamba"
    : state.title === undefined
    ? "Fresh Mamba"
    : `${state.title} · Fresh Mamba`;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title}</title>
        <meta
          name="description"
          content="Mamba and Mamba 2 language models that run on this machine."
        />
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/styles.css" />
        <script src="/theme.js"></script>
        {state.refresh !== undefined && (
          <noscript>
            {/* Without an address, one with a fragment would not be loaded. */}
            <meta
              http-equiv="refresh"
              content={`${state.refresh}; url=${url.pathname}${url.search}`}
            />
          </noscript>
        )}
      </head>
      <body>
        <a class="skip-link" href="#main">Skip to content</a>
        <header class="site-header">
          <div class="frame">
            <a class="wordmark" href="/">
              <img src="/favicon.svg" alt="" width="26" height="26" />
              Fresh Mamba
            </a>
            <nav class="site-nav" aria-label="Pages">
              {NAV.map(({ href, label }) => (
                <a
                  key={href}
                  href={href}
                  aria-current={currentOf(href, url.pathname)}
                >
                  {label}
                </a>
              ))}
            </nav>
            <ThemeToggle />
          </div>
        </header>
        <main id="main" tabIndex={-1}>
          <div class="frame">
            <Component />
          </div>
        </main>
        <footer class="site-footer">
          <div class="frame">
            <span>Mamba 1 and Mamba 2, on this machine alone.</span>
          </div>
        </footer>
      </body>
    </html>
  );
}

/** Whether an entry of the navigation is the page, or above it. */
function currentOf(href: string, path: string): "page" | "true" | undefined {
  if (path === href) return "page";
  return href !== "/" && path.startsWith(`${href}/`) ? "true" : undefined;
}
