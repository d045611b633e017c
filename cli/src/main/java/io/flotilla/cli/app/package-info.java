/** The entry point: gathers the commands, turns failures into one sentence and an exit status. */
@NullMarked
package io.flotilla.cli.app;

import org.jspecify.annotations.NullMarked;
