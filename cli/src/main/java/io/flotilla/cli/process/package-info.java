/** The commands that stay up: controller, agent, simulate; their start, readiness and end. */
@NullMarked
package io.flotilla.cli.process;

import org.jspecify.annotations.NullMarked;
