/** How each version behaves on this device, counted and told to the controller. */
@NullMarked
package io.flotilla.agent.health;

import org.jspecify.annotations.NullMarked;
