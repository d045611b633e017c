/** The commands that watch: drift, predictions, events. */
@NullMarked
package io.flotilla.cli.observe;

import org.jspecify.annotations.NullMarked;
