/** What made-up texts are made of. @module */
export const words =
  'amber anchor basin beacon birch breeze bridge canal cedar channel cliff cloud coral creek current delta dune estuary falls ferry field flood forest gate glacier harbour heron island lagoon lake lantern lock marsh meadow mill mist mountain oak orchard pebble pine pond quarry rain rapids reed reef ridge river sand shore silver sluice spring stone storm stream tide torrent valley water weir willow wind'.split(
    ' ',
  )
export const firstNames =
  'Ada Ahmed Akira Alice Amara Anton Bruno Carla Chen Clara Diego Elena Emil Fatima Felix Grace Hana Hugo Ines Ivan Jonas Kofi Lea Liam Lucia Maya Mei Nadia Noah Olga Omar Priya Ravi Rosa Samuel Sofia Tariq Uma Victor Yara'.split(
    ' ',
  )
export const lastNames =
  'Adeyemi Bauer Becker Costa Dubois Eriksson Fischer Garcia Haddad Ivanova Jansen Kim Kowalski Larsen Li Lopez Martin Mensah Moreau Nakamura Novak Okafor Patel Pereira Petrov Rossi Sato Schmidt Silva Singh Smith Suzuki Tanaka Torres Varga Weber Wilson Yilmaz Zhang'.split(
    ' ',
  )
export const cities =
  'Accra,Amsterdam,Bangkok,Berlin,Bogotá,Cairo,Copenhagen,Dublin,Hanoi,Helsinki,Istanbul,Kyoto,Lagos,Lima,Lisbon,Madrid,Melbourne,Montréal,Mumbai,Nairobi,Oslo,Paris,Porto Alegre,Prague,Quito,Rome,Seoul,Tokyo,Toronto,Vienna,Warsaw,Zürich'.split(
    ',',
  )
export const countries =
  'AT,AU,BR,CA,CH,CO,CZ,DE,DK,EC,EG,ES,FI,FR,GH,IE,IN,IT,JP,KE,KR,NG,NL,NO,PE,PL,PT,TH,TR,VN'.split(',')
