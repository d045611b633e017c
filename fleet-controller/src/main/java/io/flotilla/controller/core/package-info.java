/**
 * The single decision thread: inputs in batches, decisions against the store's state, one synced
 * write, then actions.
 */
@NullMarked
package io.flotilla.controller.core;

import org.jspecify.annotations.NullMarked;
