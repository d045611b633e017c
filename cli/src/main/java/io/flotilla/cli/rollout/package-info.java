/** {@code flotilla rollout}: what is created, watched, decided and undone. */
@NullMarked
package io.flotilla.cli.rollout;

import org.jspecify.annotations.NullMarked;
