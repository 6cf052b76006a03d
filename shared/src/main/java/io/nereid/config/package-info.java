/**
 * Settings as records, checked completely at start: the defaults, the ranges and where a value came
 * from. Never read again by key afterwards, and never applies anything.
 */
package io.nereid.config;
