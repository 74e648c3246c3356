// The types of Smart Data Models (smartdatamodels.org) that cities use most, with the attributes that each has: names, kinds
// and bounds as their schemas had them in 2026. What a model requires is not asked for, since an observation says a part.

import {
  anything,
  either,
  integer,
  type Kind,
  map,
  number,
  place,
  reference,
  text,
  texts,
  time,
  times,
  truth,
  word,
} from "./kind.ts";

export type Model = { readonly [attribute: string]: Kind };

const common: Model = {
  address: map,
  alternateName: text,
  areaServed: text,
  dataProvider: text,
  dateCreated: time,
  dateModified: time,
  description: text,
  location: place,
  name: text,
  owner: reference,
  seeAlso: texts,
  source: text,
};

const amount: Kind = number(0);
const share: Kind = number(0, 1);

function amounts(...names: readonly string[]): Model {
  return Object.fromEntries(names.map((name) => [name, amount]));
}

const AirQualityObserved: Model = {
  ...common,
  ...amounts("as", "c6h6", "cd", "co", "co2", "ni", "no", "no2", "nox", "o3", "pb", "pm1"),
  ...amounts("pm10", "pm25", "precipitation", "sh2", "so2", "volatileOrganicCompoundsTotal"),
  airQualityIndex: amount,
  airQualityLevel: text,
  coLevel: text,
  dateObserved: times,
  refDevice: reference,
  refPointOfInterest: reference,
  refWeatherObserved: reference,
  relativeHumidity: share,
  reliability: share,
  temperature: number(),
  typeofLocation: word("indoor", "outdoor"),
  windDirection: number(-180, 360),
  windSpeed: amount,
};

const WeatherObserved: Model = {
  ...common,
  ...amounts("atmosphericPressure", "gustSpeed", "illuminance", "precipitation", "snowHeight"),
  ...amounts("solarRadiation", "streamGauge", "windSpeed"),
  dateObserved: times,
  dewPoint: number(),
  feelLikesTemperature: number(),
  feelsLikeTemperature: number(),
  feelsLikesTemperature: number(),
  pressureTendency: either(word("raising", "falling", "steady"), number()),
  refDevice: reference,
  refPointOfInterest: reference,
  relativeHumidity: share,
  temperature: number(),
  uVIndexMax: number(1),
  visibility: either(
    word("veryPoor", "poor", "moderate", "good", "veryGood", "excellent"),
    number(0),
  ),
  weatherType: text,
  windDirection: number(-180, 360),
};

const TrafficFlowObserved: Model = {
  ...common,
  ...amounts("averageGapDistance", "averageHeadwayTime", "averageVehicleLength"),
  ...amounts("averageVehicleSpeed", "intensity"),
  congested: truth,
  dateObserved: times,
  dateObservedFrom: time,
  dateObservedTo: time,
  laneDirection: word("forward", "backward"),
  laneId: integer,
  occupancy: share,
  refDevice: reference,
  refRoadSegment: reference,
  reversedLane: truth,
  vehicleSubType: text,
  vehicleType: text,
};

const Streetlight: Model = {
  ...common,
  ...amounts("lanternHeight", "laternHeight"),
  annotations: texts,
  circuit: text,
  color: text,
  controllingMethod: word("group", "individual"),
  current: number(),
  dateLastLampChange: time,
  dateLastSwitchingOff: time,
  dateLastSwitchingOn: time,
  dateServiceStarted: time,
  deviceInfo: map,
  feederID: reference,
  feederPillarNum: text,
  illuminanceLevel: share,
  image: text,
  locationCategory: word(
    ...["bridge", "centralIsland", "facade", "garden", "park", "parking", "pedestrianPath"],
    ...["playground", "road", "sidewalk", "tunnel"],
  ),
  municipalityInfo: map,
  observationDateTime: time,
  powerConsumption: number(),
  powerFactor: number(),
  powerRating: number(),
  powerState: word("bootingUp", "low", "off", "on"),
  refDevice: reference,
  refStreetlightControlCabinet: reference,
  refStreetlightGroup: reference,
  refStreetlightModel: reference,
  status: word("brokenLantern", "columnIssue", "defectiveLamp", "ok"),
  streetPoleNum: text,
  voltage: number(),
};

const ParkingSpot: Model = {
  ...common,
  ...amounts("length", "width"),
  annotations: texts,
  category: texts,
  color: text,
  image: text,
  refDevice: reference,
  refParkingGroup: reference,
  refParkingSite: reference,
  status: word("closed", "free", "occupied", "unknown"),
  timeInstant: time,
};

const Building: Model = {
  ...common,
  ...amounts("peopleCapacity", "peopleOccupancy"),
  category: texts,
  collapseRisk: share,
  containedInPlace: place,
  floorsAboveGround: integer,
  floorsBelowGround: integer,
  mapUrl: reference,
  occupier: reference,
  openingHours: texts,
  refMap: reference,
};

/** Our own: what somebody says from in front of a plate (docs/spec/sharing.md, Uploads and plates). */
const Report: Model = { note: text, number: anything, photo: anything, seal: anything };
const PlateInstall: Model = { ...Report, replaces: anything, state: anything };

/** What is said of any thing, whatever it is. */
const own = { PlateInstall, Report };
export const OF_ANYTHING: readonly string[] = Object.keys(own);

/** By the name of the type. */
export const MODELS: ReadonlyMap<string, Model> = new Map(
  Object.entries({
    AirQualityObserved,
    Building,
    ParkingSpot,
    Streetlight,
    TrafficFlowObserved,
    WeatherObserved,
    ...own,
  }),
);
