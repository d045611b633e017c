/**
 * The log of everything that changed, in one strict order, and its two ways out: pages and
 * server-sent events.
 */
@NullMarked
package io.flotilla.controller.event;

import org.jspecify.annotations.NullMarked;
