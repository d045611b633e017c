/** What the rest of the controller needs to know of a registered model version. */
@NullMarked
package io.flotilla.controller.catalog;

import org.jspecify.annotations.NullMarked;
