/**
 * The peer: the same conversations on the bare event bus of Vert.x, as somebody who knows it well
 * would write them. Imports Vert.x and Jackson only.
 *
 * <p>What makes it fast: message types have codecs of their own that hand over references locally
 * and use one Jackson reader and writer each on the wire; delivery options without headers are
 * shared, which is safe as long as no interceptor and no tracer writes headers into them; exceptions
 * of handlers go to an exception handler that counts, not to the log.
 */
@NullMarked
package io.vertebra.benchmarks.raw;

import org.jspecify.annotations.NullMarked;
