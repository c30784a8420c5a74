/** A step back in an editor. By name, since a whole module that is fetched as one would bring every command. */

export { undo } from '@codemirror/commands';
