/** The JSON of the enrolment call; the only place of this module that knows Jackson. */
@NullMarked
package io.flotilla.agent.identity.codec;

import org.jspecify.annotations.NullMarked;
