/** Pipeline runs: what went in, what came out, how it ended. */
@NullMarked
package io.flotilla.registry.run;

import org.jspecify.annotations.NullMarked;
