/** Which commands a device obeys, and what it remembers of them. */
@NullMarked
package io.flotilla.agent.command;

import org.jspecify.annotations.NullMarked;
