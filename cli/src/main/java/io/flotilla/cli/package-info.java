/** The operator's command. */
@NullMarked
package io.flotilla.cli;

import org.jspecify.annotations.NullMarked;
