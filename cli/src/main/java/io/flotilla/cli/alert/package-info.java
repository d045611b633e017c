/** Alert rules, alerts and silences. */
@NullMarked
package io.flotilla.cli.alert;

import org.jspecify.annotations.NullMarked;
