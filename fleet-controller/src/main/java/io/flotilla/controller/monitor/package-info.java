/**
 * Watches for drift: every window of every device against its version's baseline, flags that go up
 * and down, and devices that drifted alike.
 */
@NullMarked
package io.flotilla.controller.monitor;

import org.jspecify.annotations.NullMarked;
