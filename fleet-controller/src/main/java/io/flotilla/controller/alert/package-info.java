/** Rules that tell operators when something holds for long, and silences that keep them quiet. */
@NullMarked
package io.flotilla.controller.alert;

import org.jspecify.annotations.NullMarked;
