const THEMES: readonly { value: string; label: string; path: string }[] = [
  {
    value: "light",
    label: "Light",
    path:
      "M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7ZM10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.3 4.3l1.1 1.1M14.6 14.6l1.1 1.1M4.3 15.7l1.1-1.1M14.6 5.4l1.1-1.1",
  },
  { value: "auto", label: "As the system", path: "M3 4.5h14v9H3ZM7.5 16.5h5" },
  {
    value: "dark",
    label: "Dark",
    path: "M16.5 12A7 7 0 0 1 8 3.5a7 7 0 1 0 8.5 8.5Z",
  },
];

/**
 * The choice of light, dark or the system's theme. `static/theme.js` gives it
 * its life: it must act before the first paint, which an island cannot.
 */
export function ThemeToggle() {
  return (
    <fieldset class="theme-toggle needs-js">
      <legend class="visually-hidden">Theme</legend>
      {THEMES.map(({ value, label, path }) => (
        <label key={value} title={label}>
          <input
            type="radio"
            name="theme"
            value={value}
            checked={value === "auto"}
            autocomplete="off"
          />
          <svg viewBox="0 0 20 20" aria-hidden="true">
            <path d={path} />
          </svg>
          <span class="visually-hidden">{label}</span>
        </label>
      ))}
    </fieldset>
  );
}
