// What makes an element of the tags in the sources: the bundler imports it into each of them.
export { Fragment, h } from 'preact';
