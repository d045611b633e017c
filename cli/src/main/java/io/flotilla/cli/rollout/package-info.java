/** The commands about rollouts: create, list, show, watch, pause, resume, abort, undo, approve. */
@NullMarked
package io.flotilla.cli.rollout;

import org.jspecify.annotations.NullMarked;
