/** Deduplication on Redis. Read it from {@link io.vertebra.cluster.redis.RedisDedupStore} on. */
@NullMarked
package io.vertebra.cluster.redis;

import org.jspecify.annotations.NullMarked;
