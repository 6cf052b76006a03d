/** Settings as records, checked completely at start. Never read again by key afterwards. */
package io.nereid.config;
