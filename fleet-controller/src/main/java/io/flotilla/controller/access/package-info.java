/** Who asks for something, and what they may do. */
@NullMarked
package io.flotilla.controller.access;

import org.jspecify.annotations.NullMarked;
