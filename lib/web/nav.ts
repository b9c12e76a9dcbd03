/** One entry of the navigation. */
export interface NavEntry {
  /** Path of the page. */
  href: string;
  /** The word that the navigation shows. */
  label: string;
}

/** The pages of the site, in the order of the navigation. */
export const NAV: readonly NavEntry[] = [
  { href: "/", label: "Playground" },
  { href: "/compare", label: "Compare" },
  { href: "/models", label: "Models" },
  { href: "/benchmark", label: "Benchmark" },
  { href: "/train", label: "Train" },
  { href: "/history", label: "History" },
];
