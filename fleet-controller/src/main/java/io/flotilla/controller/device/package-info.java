/**
 * The devices of the fleet: what is known of each, which of them a selector means, and their
 * routes.
 */
@NullMarked
package io.flotilla.controller.device;

import org.jspecify.annotations.NullMarked;
