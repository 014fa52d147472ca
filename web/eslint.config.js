import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

/** What a layer may not import. `protocol <- media <- call <- ui, pages`. */
const layers = {
  protocol: ["**/media/**", "**/call/**", "**/ui/**", "**/pages/**", "react*"],
  media: ["**/call/**", "**/ui/**", "**/pages/**", "react*"],
  call: ["**/ui/**", "**/pages/**", "react*"],
  ui: ["**/pages/**"],
};

export default tseslint.config(
  { ignores: ["dist", "node_modules", "scripts"] },
  ...tseslint.configs.strict,
  {
    rules: {
      // A number in a template is what the template is for.
      "@typescript-eslint/restrict-template-expressions": "off",
      // The house forbids it; `unknown` and a decoder say what is meant.
      "@typescript-eslint/no-explicit-any": "error",
      // Leaving a field out of an object is done by naming it.
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
    },
  },
  {
    files: ["src/**/*.{ts,tsx}"],
    plugins: { "react-hooks": hooks },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
    },
  },
  ...Object.entries(layers).map(([layer, group]) => ({
    files: [`src/${layer}/**/*.{ts,tsx}`],
    rules: { "no-restricted-imports": ["error", { patterns: [{ group, message: `not from ${layer}` }] }] },
  })),
);
