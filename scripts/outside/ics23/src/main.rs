//! Puts statements about a map to the crate `ics23` and its own SMT specification.
//!
//! Each line of the input is `root key value proof` in hex, the proof being an ICS-23 `CommitmentProof` in protobuf; `-` for the
//! value states that the key has none. The answer is a line of `1` (holds) and `0` (does not) in that order.

use ics23::commitment_proof::Proof;
use ics23::{CommitmentProof, HostFunctionsManager};
use prost::Message;
use std::io::{self, BufRead};

fn main() -> Result<(), String> {
    let mut verdicts = String::new();
    for line in io::stdin().lock().lines() {
        let line = line.map_err(|error| error.to_string())?;
        verdicts.push(if holds(&line)? { '1' } else { '0' });
    }
    println!("{verdicts}");
    Ok(())
}

/// Only input that no converter should make is an error; what the crate refuses does not hold.
fn holds(line: &str) -> Result<bool, String> {
    let [root, key, value, proof] = line.split(' ').collect::<Vec<_>>()[..] else {
        return Err(format!("not four words: {line}"));
    };
    let (root, key) = (bytes(root)?, bytes(key)?);
    let proof = CommitmentProof::decode(&bytes(proof)?[..]).map_err(|error| error.to_string())?;
    if !matches!(proof.proof, Some(Proof::Exist(_) | Proof::Nonexist(_))) {
        return Err("neither presence nor absence".to_string());
    }
    let spec = ics23::smt_spec();
    Ok(match value {
        "-" => ics23::verify_non_membership::<HostFunctionsManager>(&proof, &spec, &root, &key),
        _ => ics23::verify_membership::<HostFunctionsManager>(
            &proof,
            &spec,
            &root,
            &key,
            &bytes(value)?,
        ),
    })
}

fn bytes(hex: &str) -> Result<Vec<u8>, String> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(hex.get(at..at + 2).unwrap_or(""), 16))
        .collect::<Result<_, _>>()
        .map_err(|error| format!("{error}: {hex}"))
}
