/** A style sheet: the bundler puts it into the page. */
declare module '*.css';
