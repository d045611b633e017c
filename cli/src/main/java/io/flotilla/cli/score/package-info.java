/** Scoring rows on this machine with the agent's own code path. */
@NullMarked
package io.flotilla.cli.score;

import org.jspecify.annotations.NullMarked;
