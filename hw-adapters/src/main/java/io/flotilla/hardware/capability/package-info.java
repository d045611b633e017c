/** What this machine offers to models, and what this process uses of it. */
@NullMarked
package io.flotilla.hardware.capability;

import org.jspecify.annotations.NullMarked;
